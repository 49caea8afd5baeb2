import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderReports } from "../../src/reports/report";
import { type Centre, openCentre } from "../support/centre";

let centre: Centre;
beforeEach(async () => {
  centre = await openCentre({ zone: "Asia/Seoul" });
});
afterEach(async () => await centre.close());

it("renders nothing but the index where no report is asked for", async () => {
  const made = await renderReports(centre.db, centre.config, [], {
    from: "2026-03-02",
    to: "2026-03-02",
    formats: ["html", "csv"],
    out: join(centre.folder, "reports"),
  });
  expect(readFileSync(made.files[0] ?? "", "utf8")).toContain("No data.");
});
