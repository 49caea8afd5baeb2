import type { Knex } from "knex";

/**
 * What a night that runs by itself remembers: which source delivered which day, from which source a dump came, what
 * somebody asked for from another process, and for which schedule a step ran. Units as in `001_house`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable("deliveries", (table) => {
    byteText(knex, table, "source").notNullable();
    table.text("day").notNullable();
    // delivered, or missing: asked for and not there by the deadline, so that the day's reports are preliminary.
    table.text("status").notNullable();
    table.bigInteger("checked_at_ms").notNullable();
    table.bigInteger("delivered_at_ms");
    table.bigInteger("file_count").notNullable();
    table.bigInteger("byte_count").notNullable();
    table.text("error");
    table.primary(["source", "day"]);
    table.index(["day"]);
  });
  await knex.schema.createTable("dump_sources", (table) => {
    table.bigInteger("dump_key").notNullable();
    byteText(knex, table, "source").notNullable();
    table.primary(["dump_key", "source"]);
  });
  await knex.schema.createTable("requested_runs", (table) => {
    table.bigIncrements("request_key");
    table.bigInteger("requested_at_ms").notNullable();
    // A batch as JSON.
    table.text("batch").notNullable();
    table.bigInteger("taken_at_ms");
    table.text("run_id");
    table.text("error");
  });
  await knex.schema.alterTable("receipts", (table) => {
    // The schedule the run was for; null where somebody asked for it by hand.
    table.text("schedule");
    table.index(["schedule", "from_day"]);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable("receipts", (table) => {
    table.dropIndex(["schedule", "from_day"]);
    table.dropColumn("schedule");
  });
  for (const table of ["requested_runs", "dump_sources", "deliveries"]) await knex.schema.dropTableIfExists(table);
}

/** Text that is compared or sorted as bytes on both databases. */
function byteText(knex: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return table.specificType(name, knex.client.config.client === "pg" ? `text collate "C"` : "text");
}
