const shared = {
  rootDir: __dirname,
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2023" } }] },
};

/** The cases that open a database, which run on both: `--selectProjects sqlite` leaves the second round out. */
const onBoth = [
  "db",
  "postgresql",
  "dumps",
  "exports",
  "mail",
  "models",
  "metrics",
  "reference",
  "privacy",
  "reports",
  "editions",
].map((room) => `test/${room}/**/*.test.ts`);
const nights = [
  "test/cli/night.test.ts",
  "test/cli/status.test.ts",
  "test/cli/editions.test.ts",
  "test/jobs/http.test.ts",
  "test/golden.test.ts",
  "test/integrity.test.ts",
];

module.exports = {
  maxWorkers: 2,
  testTimeout: 120_000,
  reporters: ["default", "<rootDir>/test/support/closing-line.cjs"],
  projects: [
    {
      ...shared,
      displayName: "sqlite",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/postgresql/"],
    },
    {
      ...shared,
      displayName: "postgresql",
      testMatch: [...onBoth, ...nights].map((path) => `<rootDir>/${path}`),
      // About the file in which SQLite rebuilds agents on the side.
      testPathIgnorePatterns: ["/node_modules/", "rebuild-beside"],
      globals: { DATABASE_OF_TESTS: "postgresql" },
      globalSetup: "<rootDir>/test/support/postgresql-start.ts",
      globalTeardown: "<rootDir>/test/support/postgresql-stop.ts",
      testEnvironment: "<rootDir>/test/support/postgresql-environment.cjs",
    },
  ],
};
