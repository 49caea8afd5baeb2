import { PassThrough } from "node:stream";
import { openLog } from "../../src/base/log";
import { maskOf } from "../../src/base/mask";

it("a log on a terminal shows of telephone numbers what the configuration says", () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const mask = maskOf({ numbers: "last-four", names: "none", key: "" });
  const log = openLog(terminal, (text) => mask.text(text));
  log.warn("the caller +82105551234 has no end");
  log.progress("reading 82105551234.ndjson");
  const shown = String(terminal.read());
  expect(shown).toContain("warning: the caller ***1234 has no end\n");
  expect(shown).toContain("reading ***1234.ndjson");
});
