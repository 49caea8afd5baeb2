import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Program, givenDays, openSite, runProgram, type Site } from "../support/service";

interface Traces {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeSpans: { scope: { name: string }; spans: { name: string; attributes: unknown[] }[] }[];
  }[];
}

/** A receiver of OTLP over HTTP that keeps what it is sent. */
let server: Server;
let spans: string[];
let attributes: Record<string, string>;
let site: Site;
let program: Program | undefined;
beforeEach(async () => {
  spans = [];
  attributes = {};
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as Traces;
      const scopes = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
      for (const { resource } of resourceSpans) {
        for (const { key, value } of resource.attributes) attributes[key] = value.stringValue;
      }
      spans.push(`${request.method} ${request.url}`);
      spans.push(...scopes.flatMap((scope) => scope.spans.map(({ name }) => `${scope.scope.name}: ${name}`)));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  site = openSite("");
});
afterEach(() => {
  program?.child.kill("SIGKILL");
  server.close();
  server.closeAllConnections();
  site.close();
});

it("sends a span for each step of a run to the receiver that the environment names", async () => {
  await givenDays(site, "2026-03-02");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = runProgram(site, ["enqueue", "nightly", "--day", "2026-03-02"]);
  expect((await asked.ended).code).toBe(0);
  program = runProgram(site, ["start"], {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/traces/of/ours`,
    OTEL_SERVICE_NAME: "nights",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment.name=test%20site",
  });
  const said = await program.untilSays(/"step":"render".*"message":"nightly_2026-03-02_by-hand_render: done in/);
  expect(said).toMatch(/"run_id":"[0-9a-f-]{36}","workflow":"nightly","step":"pull","day":"2026-03-02"/);
  program.child.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0 });
  expect(spans).toContain("POST /traces/of/ours");
  expect(attributes).toMatchObject({ "service.name": "nights", "deployment.environment.name": "test site" });
  expect(spans.filter((span) => span.startsWith("nightdesk: process")).length).toBeGreaterThanOrEqual(4);
});
