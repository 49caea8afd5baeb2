import type { FlowJob } from "bullmq";
import { flowOf, priorityOf, runNameOf } from "../../jobs/flow";
import { loadConfig } from "../../src/base/config";
import { batchOf } from "../../src/batch";
import { workflows } from "../../src/workflows";

const settings = loadConfig({}, "/nowhere").queue;
const night = batchOf({ workflow: "nightly", from: "2026-03-02", to: "2026-03-02", schedule: "nightly" });
const run = { name: runNameOf(night, ""), run_id: "r-1", database: { id: "d-1", address: "sqlite:a" } };

/** The jobs of a flow in the order in which they run. */
function inOrder(flow: FlowJob): FlowJob[] {
  return [...(flow.children ?? []).flatMap(inOrder), flow];
}

describe("a workflow as a flow", () => {
  it("is one job a step, each the parent of the one before, with ids of day and step", () => {
    const jobs = inOrder(flowOf(workflows.nightly, night, run, settings));
    expect(jobs.map(({ opts }) => opts?.jobId)).toEqual([
      "nightly_2026-03-02_pull",
      "nightly_2026-03-02_rebuild",
      "nightly_2026-03-02_check",
      "nightly_2026-03-02_render",
      "nightly_2026-03-02_mail",
    ]);
    expect(jobs.every(({ children }) => (children?.length ?? 0) <= 1)).toBe(true);
  });

  it("gives every step the whole batch and the same run, and fails what waits for a step that fails", () => {
    for (const { data, opts } of inOrder(flowOf(workflows.nightly, night, run, settings))) {
      expect(data).toMatchObject({ batch: night, run_id: "r-1", database: run.database });
      expect(opts).toMatchObject({
        failParentOnFailure: true,
        attempts: 5,
        backoff: { type: "exponential", delay: 60_000 },
        removeOnComplete: { age: 2_592_000 },
        removeOnFail: { age: 2_592_000 },
      });
    }
  });

  it("goes by the day of the night, and what somebody waits for goes first", () => {
    const later = batchOf({ workflow: "nightly", from: "2026-03-03", to: "2026-03-03" });
    const report = batchOf({ workflow: "report", from: "2026-03-02", to: "2026-03-02" });
    const order = [later, night, report].toSorted((a, b) => priorityOf(a) - priorityOf(b));
    expect(order).toEqual([report, night, later]);
    expect(priorityOf(batchOf({ workflow: "nightly", from: "1999-01-01", to: "1999-01-01" }))).toBe(2);
  });

  it("has names that BullMQ takes: no colon, and never a mere number", () => {
    const week = batchOf({ workflow: "report", from: "2026-03-02", to: "2026-03-08", schedule: "weekly" });
    expect(runNameOf(week, "")).toBe("weekly_2026-03-02_2026-03-08");
    expect(runNameOf(week, "", 3)).toBe("weekly_2026-03-02_2026-03-08_3");
    expect(runNameOf(batchOf({ workflow: "rebuild", all: true }), "1a2b3c4d")).toBe("rebuild_1a2b3c4d");
  });
});
