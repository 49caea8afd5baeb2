import type { Knex } from "knex";
import * as house from "./001_house";
import * as service from "./002_service";
import * as runs from "./003_runs";
import * as mappings from "./006_mappings";
import * as standing from "./007_standing";
import * as editions from "./008_editions";
import * as privacy from "./009_privacy";
import * as mail from "./011_mail";

const migrations: Record<string, { up(knex: Knex): Promise<void>; down(knex: Knex): Promise<void> }> = {
  "001_house": house,
  "002_service": service,
  "003_runs": runs,
  "006_mappings": mappings,
  "007_standing": standing,
  "008_editions": editions,
  "009_privacy": privacy,
  "011_mail": mail,
};

/** Migrations by name and static import: no folder is scanned, so a bundle or another extension changes nothing. */
export const migrationSource = {
  getMigrations: (): Promise<string[]> => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name: string): string => name,
  getMigration: (name: string): Promise<Knex.Migration> => Promise.resolve(migrations[name] as Knex.Migration),
};
