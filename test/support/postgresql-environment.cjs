const { TestEnvironment } = require("jest-environment-node");

/** Where there is no PostgreSQL, its cases are skipped one by one, so that the run ends with their names. */
class PostgresEnvironment extends TestEnvironment {
  handleTestEvent(event, state) {
    const isMissing = process.env.NO_TEST_DATABASE !== undefined;
    if (event.name === "run_start" && isMissing) skipAll(state.rootDescribeBlock);
  }
}

function skipAll(block) {
  for (const child of block.children) {
    if (child.type === "describeBlock") skipAll(child);
    else child.mode = "skip";
  }
}

module.exports = PostgresEnvironment;
