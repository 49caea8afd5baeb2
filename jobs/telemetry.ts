import type { QueueBaseOptions } from "bullmq";
import { codeVersion } from "../src/base/version";

export interface Telemetry {
  /** For BullMQ's own hook: a span for each job added and each job run. */
  hook: NonNullable<QueueBaseOptions["telemetry"]>;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Traces by OpenTelemetry where its own variables name a receiver (`OTEL_EXPORTER_OTLP_ENDPOINT`, or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` with its path; OTLP over HTTP); the packages are loaded only then. Spans are of the
 * service `nightdesk`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` says otherwise. Null where nobody asked for traces.
 */
export async function openTelemetry(env: NodeJS.ProcessEnv): Promise<Telemetry | null> {
  const general = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "";
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || (general && `${general.replace(/\/$/, "")}/v1/traces`);
  if (url === "") return null;
  const [
    { NodeTracerProvider, BatchSpanProcessor },
    { resourceFromAttributes },
    { OTLPTraceExporter },
    { BullMQOtel },
  ] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("bullmq-otel"),
  ]);
  const exporter = new OTLPTraceExporter({ url });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(attributesOf(env)),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return {
    hook: new BullMQOtel({ tracerName: "nightdesk", version: codeVersion() }),
    close: () => provider.shutdown(),
  };
}

type Attributes = Record<string, string>;

/** `OTEL_RESOURCE_ATTRIBUTES` is `key=value,key=value`, values percent-encoded; the name of the service may stand apart. */
function attributesOf(env: NodeJS.ProcessEnv): Attributes {
  const pairs = (env.OTEL_RESOURCE_ATTRIBUTES ?? "").split(",").flatMap((pair) => {
    const [key = "", ...value] = pair.split("=");
    return key.trim() === "" ? [] : [[key.trim(), decoded(value.join("=").trim())] as const];
  });
  const own = { "service.name": "nightdesk", "service.version": codeVersion(), ...Object.fromEntries(pairs) };
  return env.OTEL_SERVICE_NAME ? { ...own, "service.name": env.OTEL_SERVICE_NAME } : own;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
