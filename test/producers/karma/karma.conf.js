module.exports = (config) =>
  config.set({
    frameworks: ['jasmine'],
    plugins: ['karma-jasmine', 'karma-chrome-launcher', 'karma-junit-reporter'].map((name) => require(name)),
    browsers: ['Quiet'],
    customLaunchers: {
      Quiet: { base: 'ChromeHeadless', flags: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'] },
    },
    files: [process.env.SPEC],
    client: { jasmine: { random: false } },
    reporters: ['progress', 'junit'],
    junitReporter: { outputDir: process.env.OUT, outputFile: 'report.xml', useBrowserName: false },
    singleRun: true,
  })
