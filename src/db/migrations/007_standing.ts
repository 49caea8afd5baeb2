import type { Knex } from "knex";

/** What a receipt stands for: a run as configured or one with wishes of its own, and a process that may be gone. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable("receipts", (table) => {
    // 0 where the run had sources, reports or a folder of its own: then it stands in for no scheduled one.
    table.integer("is_plain").notNullable().defaultTo(1);
    // Which process ran the step, as JSON: pid, host and when it began; null for those from before.
    table.text("process");
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("receipts", (table) => {
    table.dropColumn("process");
    table.dropColumn("is_plain");
  });
}
