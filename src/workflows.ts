import type { Batch, StepResult } from "./batch";
import type { Context } from "./context";
import { check } from "./steps/check";
import { mail } from "./steps/mail";
import { pull } from "./steps/pull";
import { rebuild } from "./steps/rebuild";
import { render } from "./steps/render";

export type Step = (context: Context, batch: Batch) => Promise<StepResult>;

export const steps = { pull, rebuild, check, render, mail } satisfies Record<string, Step>;

export type StepName = keyof typeof steps;

/** A workflow is a list of step names; each step may be run twice and leaves the same rows and the same bytes. */
export const workflows: Record<Batch["workflow"], readonly StepName[]> = {
  nightly: ["pull", "rebuild", "check", "render", "mail"],
  load: ["pull"],
  rebuild: ["rebuild"],
  check: ["check"],
  report: ["render"],
  summary: ["mail"],
};
