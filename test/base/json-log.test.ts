import { PassThrough } from "node:stream";
import { type LogLevel, logLevelOf, openJsonLog } from "../../src/base/json-log";
import { maskOf } from "../../src/base/mask";
import type { Log } from "../../src/base/log";

function opened(level: LogLevel, numbers: "none" | "last-four" = "none"): { log: Log; lines: () => unknown[] } {
  const stream = new PassThrough();
  const mask = maskOf({ numbers, names: "none", key: "" });
  const log = openJsonLog(stream, level, (text) => mask.text(text));
  const lines = (): unknown[] =>
    String(stream.read() ?? "")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  return { log, lines };
}

describe("the log of a service", () => {
  it("is a JSON object a line, with the fields it is bound to", () => {
    const { log, lines } = opened("info");
    log.bound?.({ run_id: "r-1", workflow: "nightly", step: "pull", day: "2026-03-02" }).warn("two\nlines");
    expect(lines()).toEqual([
      {
        level: "warn",
        time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
        run_id: "r-1",
        workflow: "nightly",
        step: "pull",
        day: "2026-03-02",
        message: "two\nlines",
      },
    ]);
  });

  it("tells as much as NIGHTDESK_LOG asks for", () => {
    const { log, lines } = opened(logLevelOf({ NIGHTDESK_LOG: "WARN" }));
    log.info("quiet");
    log.progress("quiet");
    log.error("loud");
    expect(lines()).toEqual([expect.objectContaining({ level: "error", message: "loud" })]);
    const every = opened(logLevelOf({ NIGHTDESK_LOG: "debug" }));
    every.log.progress("1 of 2");
    every.log.progress("");
    expect(every.lines()).toEqual([expect.objectContaining({ level: "debug", message: "1 of 2" })]);
    expect([logLevelOf({}), logLevelOf({ NIGHTDESK_LOG: "loud" })]).toEqual(["info", "info"]);
  });

  it("masks what the configuration masks", () => {
    const { log, lines } = opened("info", "last-four");
    log.bound?.({ run_id: "r" }).info("line 3: +82-10-1234-5678 is no name");
    expect(JSON.stringify(lines())).not.toContain("1234-5678");
  });
});
