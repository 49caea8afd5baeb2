import { presets } from "../metrics/catalogue";
import { agentPlaces, isWhole, scopeWords } from "./management-summary-ask";
import { cardsOf, toldFigure } from "./management-summary-cards";
import type { ShapeSlot, SummaryModel } from "./management-summary-model";
import {
  agentTables,
  agentTotals,
  changeNote,
  kindTables,
  placeTables,
  type Tables,
} from "./management-summary-tables";
import {
  blockOf,
  figureCell,
  type ToldBlock,
  type ToldSlot,
  type ToldTable,
  wordCell,
} from "./management-summary-told";
import { FEWEST_CONTACTS, isEnough } from "./management-summary-tracks";
import { type Judged, moverSentence, ruleText, VERDICT_RULES } from "./management-summary-verdict";

/** A block, and for the CSV file the tables of which it shows only the beginning. */
interface Told {
  block: ToldBlock;
  all: ToldTable[];
}

/** The ten blocks in their order. */
export function blocksOf(model: SummaryModel, judged: Judged): Told[] {
  const whole = (block: ToldBlock): Told => ({ block, all: block.tables });
  return [
    whole(verdictBlock(model, judged)),
    whole(dataBlock(model)),
    whole(figuresBlock(model)),
    whole(shapeBlock(model)),
    placesBlock(model),
    agentsBlock(model),
    failuresBlock(model),
    sequenceBlock(model),
    whole(restatedBlock(model)),
    whole(aboutBlock(model)),
  ];
}

function verdictBlock(model: SummaryModel, { held }: Judged): ToldBlock {
  const { words } = model.ask;
  return blockOf("verdict", words.t("Verdict"), {
    sentences: [held.length > 0 ? "" : normalWords(model), moverSentence(model)].filter(Boolean),
    items: held.map((rule) => ruleText(words, rule)),
  });
}

function normalWords({ ask: { words }, centre, is_closed }: SummaryModel): string {
  const now = centre.get("service_level")?.now ?? centre.get("asa")?.now ?? null;
  if (is_closed || isEnough(now)) return words.t("All normal: no rule is broken.");
  return words.t("All normal as far as fewer than {count} contacts can be judged.", { count: FEWEST_CONTACTS });
}

function dataBlock(model: SummaryModel): ToldBlock {
  const { words, box } = model.ask;
  const { t } = words;
  const labels = isWhole(model.ask)
    ? ["Events read", "Late events", "Rejected lines", "Truncated", "Open"]
    : ["Rejected lines", "Late events"];
  const wanted = labels.map((label) => t(label));
  const facts = box.facts.filter(({ label }) => wanted.includes(label));
  const fitness = toldFigure(words, model.centre.get("fitness"), "fitness");
  const rows = [
    ...facts.map(({ label, value }) => [wordCell(label), wordCell(value)]),
    [wordCell(model.centre.get("fitness")?.metric.names[words.language] ?? t("Fitness")), figureCell(fitness)],
  ];
  const table = { caption: t("What the figures rest on"), heads: [t("Data"), t("Count")], rows, note: "" };
  const heads = table.heads.map((label, index) => ({ label, is_number: index === 1 }));
  return blockOf("data", t("Data"), {
    sentences: [
      model.lacking.length === 0 ? t("No delivery is missing.") : t("Not complete: figures may change."),
      ...(isWhole(model.ask)
        ? []
        : [t("Lines and events are counted for the whole centre, before anything is parted.")]),
    ],
    items: model.lacking.slice(0, LACKING_SHOWN),
    tables: [{ ...table, heads }],
  });
}

const LACKING_SHOWN = 5;

function figuresBlock(model: SummaryModel): ToldBlock {
  const { t } = model.ask.words;
  const noLost = model.centre.has("service_level")
    ? []
    : [
        t(
          "Offered, service level and abandon rate are not told by team or site: who gives up waiting belongs to none.",
        ),
      ];
  return blockOf("figures", t("Key figures"), {
    sentences: [t("Telephony; other channels stand apart."), changeNote(model), ...noLost],
    cards: cardsOf(model),
  });
}

function shapeBlock(model: SummaryModel): ToldBlock {
  const { words } = model.ask;
  const { t } = words;
  const most = Math.max(...model.shape.map(({ contact_count }) => contact_count), 0);
  const slots = model.shape.map((slot) => slotOf(model, slot, most));
  const noon = slots.findIndex(({ clock }) => clock >= "12:00");
  const busiest = model.shape.find(({ contact_count }) => contact_count === most);
  const peak = t("Most contacts: {count} from {clock}.", { count: most, clock: busiest?.clock ?? "" });
  return blockOf("shape", t("Shape of the day"), {
    sentences: [
      most === 0 ? t("No contact came.") : peak,
      ...lowWords(model, slots),
      t("A: goal reached, B: up to 10 points below, C: further below, –: nothing to measure."),
    ],
    strips: most === 0 ? [] : [slots.slice(0, noon), slots.slice(noon)],
  });
}

const RUNS_SHOWN = 6;

/** When the service level was below goal: half-hours that follow each other as one. */
function lowWords({ ask: { words } }: SummaryModel, slots: readonly ToldSlot[]): string[] {
  const isLow = (slot: ToldSlot | undefined): boolean => slot?.letter === "B" || slot?.letter === "C";
  const runs = slots.flatMap((slot, index) => {
    if (!isLow(slot) || isLow(slots[index - 1])) return [];
    const after = slots.slice(index).findIndex((each) => !isLow(each));
    return [`${slot.clock}-${after < 0 ? "24:00" : (slots[index + after]?.clock ?? "24:00")}`];
  });
  if (runs.length === 0) return [];
  const told = runs.slice(0, RUNS_SHOWN).join(", ");
  const rest = runs.length - RUNS_SHOWN;
  return rest <= 0
    ? [words.t("Below goal: {times}.", { times: told })]
    : [words.t("Below goal: {times} and {count} more.", { times: told, count: rest })];
}

function slotOf(
  model: SummaryModel,
  { clock, contact_count: value, numerator, denominator }: ShapeSlot,
  most: number,
): ToldSlot {
  const { words, box } = model.ask;
  const level = denominator > 0 ? numerator / denominator : null;
  const goal = model.goal_share ?? box.thresholds[0]?.service_level_goal_share ?? 1;
  return {
    clock,
    height: most === 0 ? 0 : value / most,
    count: { text: words.count(value), id: "offered_visits", value, unit: "count" },
    level: { text: words.share(level), id: "service_level", value: level, unit: "share" },
    letter: value === 0 ? "" : level === null ? "–" : level >= goal ? "A" : level >= goal - 0.1 ? "B" : "C",
  };
}

function placesBlock(model: SummaryModel): Told {
  const { t } = model.ask.words;
  const title = { queue: t("Queues"), team: t("Teams"), site: t("Sites") }[model.place_kind];
  const { shown, all } = placeTables(model);
  if (model.places.length === 0)
    return { block: blockOf("places", title, { sentences: [t("No contact came.")] }), all: [] };
  return { block: blockOf("places", title, { tables: [shown] }), all: [all] };
}

function agentsBlock(model: SummaryModel): Told {
  const { t } = model.ask.words;
  const totals = agentTotals(model);
  const list = agentTables(model);
  const apart = agentPlaces(model.ask) === null ? [t("Agents' time is not told by queue: nobody sits in one.")] : [];
  const sentences = totals.length + apart.length === 0 ? [t("no data")] : apart;
  return {
    block: blockOf("agents", t("Agents"), { sentences, tables: [...totals, ...(list === null ? [] : [list.shown])] }),
    all: [...totals, ...(list === null ? [] : [list.all])],
  };
}

function failuresBlock(model: SummaryModel): Told {
  const { words } = model.ask;
  const { t } = words;
  const title = t("Failures");
  if (model.failures === null) return { block: blockOf("failures", title, { sentences: [t("no data")] }), all: [] };
  if (model.failures.length === 0)
    return { block: blockOf("failures", title, { sentences: [t("No failure.")] }), all: [] };
  return kindsBlock(
    "failures",
    title,
    kindTables(model, t("Reasons, most contacts first"), t("Reason"), model.failures),
  );
}

function sequenceBlock(model: SummaryModel): Told {
  const { words } = model.ask;
  const { t } = words;
  const fitness = t("Fitness {share}.", { share: toldFigure(words, model.centre.get("fitness"), "fitness").text });
  const title = t("Sequence");
  if (model.findings.length === 0)
    return { block: blockOf("sequence", title, { sentences: [fitness, t("No transition was refused.")] }), all: [] };
  const isMoved = model.findings.some(({ is_new }) => is_new);
  const tables = kindTables(model, t("Refused transitions, most contacts first"), t("Transition"), model.findings);
  return kindsBlock("sequence", title, tables, [fitness, isMoved ? t("New kinds are marked.") : t("No new kind.")]);
}

function kindsBlock(
  id: "failures" | "sequence",
  title: string,
  { shown, all }: Tables,
  sentences: string[] = [],
): Told {
  return { block: blockOf(id, title, { sentences, tables: [shown] }), all: [all] };
}

function restatedBlock(model: SummaryModel): ToldBlock {
  const { words, restated } = model.ask;
  const { t } = words;
  const title = t("Restated");
  if (restated === null)
    return blockOf("restated", title, {
      sentences: [t("Every page says what it restates; the mail lists what changed of earlier days.")],
    });
  if (restated.length === 0) return blockOf("restated", title, { sentences: [t("No earlier day was restated.")] });
  const rows = restated.map((each) => [each.period, each.figure, each.change, each.why].map((text) => wordCell(text)));
  const heads = [t("Day"), t("Figure"), t("Change"), t("Why")].map((label) => ({ label, is_number: false }));
  return blockOf("restated", title, {
    tables: [{ caption: t("Figures of earlier days that changed"), heads, rows, note: "" }],
  });
}

function aboutBlock(model: SummaryModel): ToldBlock {
  const { words, config, places } = model.ask;
  const { t, language } = words;
  const preset = presets().get(model.formula);
  const formulas = ["abandon_rate", "asa", "aht", "occupancy"].flatMap((id) => {
    const metric = model.centre.get(id)?.metric;
    return metric === undefined ? [] : [`${metric.names[language]} (${id}): ${metric.formula[language]}`];
  });
  const level = preset === undefined ? [] : [`${t("Service level")} (${model.formula}): ${preset.formula[language]}`];
  return blockOf("about", t("About these figures"), {
    sentences: [
      t("Scope: {scope}.", { scope: scopeWords(words, places) }),
      t("Time zone {zone}. A visit counts in the half-hour it entered its queue, a contact on the day it began.", {
        zone: config.zone,
      }),
    ],
    items: [...level, ...formulas, ...VERDICT_RULES.map((rule) => ruleText(words, rule))],
  });
}
