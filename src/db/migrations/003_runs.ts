import type { Knex } from "knex";

/**
 * Which receipt a run came to its end with: the last step that is done, a night that had nothing new, a failure that nobody
 * tries again. By it the scheduler knows what was run, whatever became of the queue.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable("receipts", (table) => {
    table.integer("ends_run").notNullable().defaultTo(0);
    table.index(["run_id"]);
    table.index(["started_at_ms"]);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("receipts", (table) => {
    table.dropIndex(["started_at_ms"]);
    table.dropIndex(["run_id"]);
    table.dropColumn("ends_run");
  });
}
