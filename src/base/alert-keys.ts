import { z } from "zod";

const PLACE = /^(?:all|(?:queue|team|site):\s*\S.*)$/;

/** The key of the configuration that says when a figure calls for attention, and when no longer. */
export const alertKeys = {
  alerts: z
    .array(
      z
        .strictObject({
          metric: z.string().min(1),
          scope: z.string().regex(PLACE, { error: 'expected "all", or one place such as "queue:Billing"' }).optional(),
          raise: z.number(),
          clear: z.number(),
          at_least: z.number().int().positive().optional(),
        })
        .superRefine(({ raise, clear }, context) => {
          if (raise === clear)
            context.addIssue({
              code: "custom",
              path: ["clear"],
              message: 'the same level as "raise": a figure that stays there would be raised and resolved every day',
            });
        }),
    )
    .optional(),
};

/** A level of a figure: it is raised above `raise` and cleared below `clear`, or the other way round where `raise` is the lower one. */
export interface Alert {
  metric: string;
  /** Null is the whole centre. */
  place: { kind: "queue" | "team" | "site"; name: string } | null;
  /** Share 0…1, count, or ms. */
  raise: number;
  clear: number;
  /** Of so many contacts at least; below them nothing is judged. */
  at_least: number;
}

type Given = z.infer<typeof alertKeys.alerts>;

/** Times are given in seconds, as all of the configuration's; their metrics are known by the caller. */
export function alertsOf(given: Given): Alert[] {
  return (given ?? []).map(({ metric, scope = "all", raise, clear, at_least = 30 }) => {
    const [, kind, name] = /^(queue|team|site):\s*(\S.*)$/.exec(scope) ?? [];
    const place =
      kind === undefined || name === undefined ? null : { kind: kind as "queue" | "team" | "site", name: name.trim() };
    return { metric, place, raise, clear, at_least };
  });
}
