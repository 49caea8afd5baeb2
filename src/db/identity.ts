import { randomUUID } from "node:crypto";
import type { Knex } from "knex";
import { withoutPassword } from "../base/text";
import { settledValue } from "./settings";

/** Which database something belongs to, whatever address it is reached by. */
export interface DatabaseIdentity {
  /** Given to a database when it is first asked for; a copy and a backup have it too, one made anew has another. */
  id: string;
  /** How it was reached, without a password: for people. */
  address: string;
}

/** Tells a database from every other. */
export async function identityOf(db: Knex, url: string): Promise<DatabaseIdentity> {
  return { id: await settledValue(db, "database id", randomUUID()), address: withoutPassword(url) };
}
