import type { Knex } from "knex";

/**
 * What was removed and what must not come back: purges by age, what is left of purged contacts and agents, erasures of one
 * person, and the keyed hashes of the ids that are replaced wherever they are delivered again. Units as in `001_house`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable("purges", (table) => {
    table.bigIncrements("purge_key");
    table.text("run_id").notNullable();
    table.bigInteger("purged_at_ms").notNullable();
    table.text("group_name").notNullable();
    table.text("table_name").notNullable();
    // The first local day that is kept.
    table.text("kept_from_day").notNullable();
    for (const name of ["before_count", "removed_count", "after_count"]) table.bigInteger(name).notNullable();
    table.text("first_day");
    table.text("last_day");
    table.text("oldest_kept_day");
    // Of the lines "owner, rows, oldest, newest" of what was removed: the same of a backup proves what that was.
    table.text("sha256").notNullable();
  });
  // Its events are removed and its session stays: no rebuild makes it anew.
  await knex.schema.createTable("sealed_contacts", (table) => {
    table.bigInteger("contact_key").notNullable().primary();
  });
  // Of an agent whatever began before is removed or stays as it is.
  await knex.schema.createTable("sealed_agents", (table) => {
    table.bigInteger("agent_key").notNullable().primary();
    table.bigInteger("before_ms").notNullable();
  });
  await knex.schema.createTable("erasures", (table) => {
    table.bigIncrements("erasure_key");
    // contact-number, contact, agent: never which.
    table.text("kind").notNullable();
    table.bigInteger("erased_at_ms").notNullable();
    table.bigInteger("place_count").notNullable();
    // Rows by table, files by folder, as JSON.
    table.text("places").notNullable();
  });
  // The hash an edition's file was issued with, before somebody was taken out of it.
  await knex.schema.createTable("erased_files", (table) => {
    table.bigIncrements("erased_key");
    table.bigInteger("edition_key").notNullable();
    table.bigInteger("file_number").notNullable();
    table.text("issued_sha256").notNullable();
    table.bigInteger("erased_at_ms").notNullable();
  });
  await knex.schema.createTable("erased_ids", (table) => {
    table.text("fingerprint").notNullable().primary();
    table.text("pseudonym").notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["erased_ids", "erased_files", "erasures", "sealed_agents", "sealed_contacts", "purges"]) {
    await knex.schema.dropTableIfExists(table);
  }
}
