import type { Knex } from "knex";

/**
 * What was issued: every report that was written, with its figures, what it rested on, and its bytes. Rows are added and
 * never changed. Units as in `001_house`; `data_box`, `inputs`, `configuration` and `causes` are JSON.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable("editions", (table) => {
    table.bigIncrements("edition_key");
    byteText(knex, table, "edition_id").notNullable().unique();
    for (const name of ["report", "view", "language"]) byteText(knex, table, name).notNullable();
    table.text("from_day").notNullable();
    table.text("to_day").notNullable();
    table.bigInteger("edition_number").notNullable();
    // The clock when it was stored: for people, never in a page.
    table.bigInteger("issued_at_ms").notNullable();
    // The newest event loaded then, by which an edition is dated.
    table.bigInteger("data_up_to_ms");
    // Dumps of a greater key were not loaded yet.
    table.bigInteger("last_dump_key").notNullable();
    table.text("code_version").notNullable();
    table.text("summary").notNullable();
    for (const name of ["data_box", "inputs", "configuration", "causes"]) table.text(name).notNullable();
    table.unique(["report", "view", "language", "from_day", "to_day", "edition_number"]);
    table.index(["from_day"]);
  });
  await knex.schema.createTable("edition_figures", (table) => {
    table.bigInteger("edition_key").notNullable();
    table.bigInteger("figure_number").notNullable();
    figureColumns(knex, table);
    for (const name of ["numerator", "denominator", "value"]) table.specificType(name, "double precision");
    table.primary(["edition_key", "figure_number"]);
  });
  await knex.schema.createTable("edition_files", (table) => {
    table.bigInteger("edition_key").notNullable();
    table.bigInteger("file_number").notNullable();
    byteText(knex, table, "name").notNullable();
    byteText(knex, table, "sha256").notNullable();
    table.bigInteger("byte_count").notNullable();
    // Packed with gzip; the hash and the count are those of the file itself.
    table.binary("content").notNullable();
    table.primary(["edition_key", "file_number"]);
  });
  await knex.schema.createTable("restatements", (table) => {
    table.bigInteger("edition_key").notNullable();
    table.bigInteger("restatement_number").notNullable();
    figureColumns(knex, table);
    for (const name of ["old_value", "new_value"]) table.specificType(name, "double precision");
    table.text("causes").notNullable();
    table.primary(["edition_key", "restatement_number"]);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["restatements", "edition_files", "edition_figures", "editions"])
    await knex.schema.dropTableIfExists(table);
}

/** What a figure is of. */
function figureColumns(knex: Knex, table: Knex.CreateTableBuilder): void {
  byteText(knex, table, "metric_id").notNullable();
  byteText(knex, table, "dimension").notNullable();
  byteText(knex, table, "scope_id").notNullable();
  byteText(knex, table, "scope_name");
  byteText(knex, table, "channel_type");
  table.bigInteger("slot_at_ms");
  table.text("unit").notNullable();
}

/** Text that is compared or sorted as bytes on both databases. */
function byteText(knex: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return table.specificType(name, knex.client.config.client === "pg" ? `text collate "C"` : "text");
}
