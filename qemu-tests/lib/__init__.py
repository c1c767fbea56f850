"""What the whole-system tests are written in: a sandbox, an image server, emulated blades, and events instead of sleeps."""
