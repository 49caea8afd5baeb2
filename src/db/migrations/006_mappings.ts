import type { Knex } from "knex";

/** Which mapping a dump was read under: the same bytes under another one are another set of events. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable("dumps", (table) => {
    // Base name of the mapping file and hash of what it means; null for a dump in a format of its own.
    table.text("mapping");
    table.text("mapping_sha256");
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("dumps", (table) => {
    table.dropColumn("mapping");
    table.dropColumn("mapping_sha256");
  });
}
