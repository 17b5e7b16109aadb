// Owns the end of a program whose npm was ended: npm ends its shell, and what the shell ran would go on without a parent.
// Always holds: only where npm started this process, and only once that parent is gone, the program is asked to end, by the
// same signal that a service manager would send.

const everyMs = 1000
const parent = process.ppid

if (process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32') {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, everyMs).unref()
}
