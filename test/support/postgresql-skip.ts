/** Where there is no PostgreSQL, its cases are skipped one by one, so that the run ends with their names. */
if (process.env.NO_TEST_DATABASE !== undefined) {
  const skipped = Object.assign(it.skip.bind(undefined), it, it.skip);
  Object.assign(globalThis, { it: skipped, test: skipped });
}
