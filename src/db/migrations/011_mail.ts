import type { Knex } from "knex";

/**
 * The mail: what was issued for each audience, every attempt to send it, and what is held until its data are complete.
 * Units as in `001_house`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable("mail_editions", (table) => {
    byteText(knex, table, "edition_id").notNullable().primary();
    table.text("from_day").notNullable();
    table.text("to_day").notNullable();
    byteText(knex, table, "scope").notNullable();
    table.text("language").notNullable();
    table.text("tier").notNullable();
    table.integer("edition_number").notNullable();
    // sha256 of the figures: another one makes another edition.
    table.text("figures_sha256").notNullable();
    table.integer("is_preliminary").notNullable();
    table.bigInteger("issued_at_ms").notNullable();
    // The content as it was rendered, JSON packed with gzip, in base64: text is copied from one database to the other.
    table.text("content").notNullable();
    table.unique(["from_day", "to_day", "scope", "language", "tier", "edition_number"]);
  });
  await knex.schema.createTable("mail_attempts", (table) => {
    table.bigIncrements("attempt_key");
    byteText(knex, table, "edition_id").notNullable();
    table.text("from_day").notNullable();
    table.text("to_day").notNullable();
    table.text("schedule");
    byteText(knex, table, "address").notNullable();
    byteText(knex, table, "scope").notNullable();
    table.text("language").notNullable();
    table.text("tier").notNullable();
    table.text("message_id").notNullable();
    table.text("message_sha256").notNullable();
    table.text("transport").notNullable();
    table.text("status").notNullable();
    // What the server said, or what else became of it.
    table.text("answer");
    table.bigInteger("began_at_ms").notNullable();
    table.bigInteger("ended_at_ms");
    // The process that sends, so that another knows whether it still lives.
    table.text("sender").notNullable();
    table.index(["to_day", "from_day"]);
    table.index(["edition_id", "address"]);
  });
  // The database itself refuses a second mail of an edition to a recipient, whoever sends it.
  await knex.raw(
    "create unique index mail_attempts_once on mail_attempts (edition_id, address) where status in ('sending', 'sent', 'outbox', 'unknown')",
  );
  await knex.schema.createTable("mail_holds", (table) => {
    table.text("from_day").notNullable();
    table.text("to_day").notNullable();
    // Empty where somebody asked for the mail by hand.
    table.text("schedule").notNullable();
    table.bigInteger("held_at_ms").notNullable();
    table.bigInteger("until_ms").notNullable();
    table.text("reasons").notNullable();
    table.primary(["from_day", "to_day", "schedule"]);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["mail_holds", "mail_attempts", "mail_editions"]) await knex.schema.dropTableIfExists(table);
}

/** Text that is compared or sorted as bytes on both databases. */
function byteText(knex: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return table.specificType(name, knex.client.config.client === "pg" ? `text collate "C"` : "text");
}
