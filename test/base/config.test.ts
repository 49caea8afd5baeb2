import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/base/config";

function given(settings: unknown): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-config-"));
  const file = join(folder, "nightdesk.json");
  writeFileSync(file, typeof settings === "string" ? settings : JSON.stringify(settings));
  return { folder, file };
}

function fault(settings: unknown): string {
  const { folder } = given(settings);
  try {
    loadConfig({}, folder);
  } catch (error) {
    return (error as Error).message.replaceAll(folder, "");
  }
  return "none";
}

describe("the configuration", () => {
  it("is UTC and says so where nobody named a zone", () => {
    const config = loadConfig({}, mkdtempSync(join(tmpdir(), "nightdesk-config-")));
    expect([config.zone, config.is_zone_set, config.file]).toEqual(["UTC", false, null]);
  });

  it("gives a queue what it names and the general thresholds for the rest", () => {
    const { folder } = given({
      thresholds: { service_level_s: 30, short_abandon_s: 3 },
      queues: { Billing: { service_level_s: 60 } },
    });
    const { Billing } = loadConfig({}, folder).queues;
    expect([Billing?.service_level_ms, Billing?.short_abandon_ms, Billing?.sudden_disconnect_ms]).toEqual([
      60_000, 3_000, 5_000,
    ]);
  });

  it("tells all faults at once, and the nearest known key", () => {
    const told = fault({
      zoen: "Asia/Seoul",
      zone: "Asia/Soul",
      thresholds: { service_levels: 20 },
      masking: { numbers: "all" },
    });
    expect(told).toContain("4 faults");
    expect(told).toContain(`zoen: unknown key; did you mean "zone"?`);
    expect(told).toContain(`zone: "Asia/Soul" is no IANA time zone`);
    expect(told).toContain(`thresholds.service_levels: unknown key; did you mean "service_level_s"?`);
    expect(told).toContain("masking.numbers");
  });

  it("finds mapping files beside itself, and tells faults in lists and by queue", () => {
    const { folder } = given({ mappings: [{ files: "cdr-*.csv", mapping: "maps/cdr.json" }] });
    expect(loadConfig({}, folder).mappings).toEqual([{ files: "cdr-*.csv", mapping: join(folder, "maps/cdr.json") }]);
    const told = fault({ mappings: [{ file: "cdr-*.csv", mapping: "" }], queues: { Billing: { rona_after: 3 } } });
    expect(told).toContain(`mappings.0.file: unknown key; did you mean "files"?`);
    expect(told).toContain("mappings.0.mapping: ");
    expect(told).toContain(`queues.Billing.rona_after: unknown key; did you mean "rona_after_s"?`);
  });

  it("says where a file is no JSON", () => {
    expect(fault("{ zone: Asia/Seoul }")).toMatch(/nightdesk.json is not JSON: .*position 2/);
  });

  it("takes a NIGHTDESK_CONFIG that names no file for an error", () => {
    expect(() => loadConfig({ NIGHTDESK_CONFIG: "nowhere.json" }, "/tmp")).toThrow(
      "NIGHTDESK_CONFIG names /tmp/nowhere.json, and there is no such file",
    );
  });
});
