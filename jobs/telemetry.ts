import type { QueueBaseOptions } from "bullmq";
import { codeVersion } from "../src/base/version";

export interface Telemetry {
  /** For BullMQ's own hook: a span for each job added and each job run. */
  hook: NonNullable<QueueBaseOptions["telemetry"]>;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Traces by OpenTelemetry where its own variables name a receiver (`OTEL_EXPORTER_OTLP_ENDPOINT`, OTLP over HTTP); the
 * packages are loaded only then. Null where nobody asked for traces.
 */
export async function openTelemetry(env: NodeJS.ProcessEnv): Promise<Telemetry | null> {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "";
  if (endpoint === "") return null;
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { BullMQOtel }] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("bullmq-otel"),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces` });
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  return {
    hook: new BullMQOtel({ tracerName: "nightdesk", version: codeVersion() }),
    close: () => provider.shutdown(),
  };
}
