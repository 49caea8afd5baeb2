import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { metrics, readCatalogue } from "../../src/metrics/catalogue";

it("names file, metric and key of a fault", () => {
  const folder = mkdtempSync(join(tmpdir(), "nightdesk-catalogue-"));
  const {
    id: _id,
    group: _group,
    ...rest
  } = metrics()[0] as typeof metrics extends () => readonly (infer One)[] ? One : never;
  writeFileSync(
    join(folder, "odd.json"),
    JSON.stringify({ my_share: { ...rest, kind: "ratio", value: undefined, untit: "x" } }),
  );
  expect(() => readCatalogue(folder)).toThrow(/odd\.json has \d faults?:[\s\S]*my_share/);
  rmSync(folder, { recursive: true, force: true });
});

it("has names, formulas and what is left out in English and Korean, and every id once", () => {
  const ids = metrics().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, names, formula, left_out } of metrics()) {
    for (const words of [names, formula, left_out])
      expect({ id, isKorean: /[\uAC00-\uD7A3]/.test(words.ko) }).toEqual({ id, isKorean: true });
  }
});
