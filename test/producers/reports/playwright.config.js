export default {
  testDir: 'e2e',
  workers: 1,
  reporter: [['html', { open: 'never' }]],
  use: {
    launchOptions: { executablePath: process.env.CHROME_BIN },
    screenshot: 'only-on-failure',
    trace: process.env.TRACE ?? 'off',
  },
}
