export const browserProgram = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** For a browser without a screen that may run as root, and that asks nobody on the network for anything. */
export const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
