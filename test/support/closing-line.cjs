/** Ends a test run with the cases that were skipped, by name, and one line: `N passed, N failed[, N skipped]`. */
class ClosingLine {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status === "pending" || test.status === "todo")
        .map((test) => `${whyOn(file.displayName?.name)}${test.fullName}`),
    );
    // A file that could not be run at all holds no failed test, and must not look like success.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const lines = skipped.map((name) => `skipped: ${name}`);
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
    process.stderr.write([...lines, ""].join("\n"));
    // After jest's own summary, which is written to standard error later in this turn.
    process.once("exit", () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${tail}\n`));
  }
}

/** Where all cases on a database are skipped, which database, and why it could not be had. */
function whyOn(name) {
  if (name !== "postgresql") return "";
  return `on PostgreSQL (${process.env.NO_TEST_DATABASE ?? "by name"}): `;
}

module.exports = ClosingLine;
