# shellcheck shell=bash
# What the scripts in this folder share. Sourced, never run.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/switchyard"
CARGO_DENY_VERSION=0.20.2
CARGO_NEXTEST_VERSION=0.9.143
# What is installed already wins over what we built.
PATH="$PATH:$CACHE/cargo-deny-$CARGO_DENY_VERSION/bin:$CACHE/cargo-nextest-$CARGO_NEXTEST_VERSION/bin"
export PATH

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command while holding a lock that all clones of one user share, so that two of them never build the same tool twice.
# Where flock is missing both build it, and the later rename wins; the result is the same.
locked() {
  local name="$1"
  shift
  mkdir -p "$CACHE"
  if have flock; then
    (
      flock --nonblock 9 || {
        say "waiting: another clone is preparing $name"
        flock 9
      }
      "$@"
    ) 9>"$CACHE/$name.lock"
  else
    "$@"
  fi
}

# Installs Debian packages when this is Debian (or kin) and we may; returns 1 otherwise.
apt_install() {
  have apt-get || return 1
  local -a as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  say "installing with apt-get: $*"
  local try
  for try in cached fresh; do
    if [ "$try" = fresh ]; then
      ${as_root[@]+"${as_root[@]}"} apt-get update -q >&2 || return 1
    fi
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends "$@" >&2 && return 0
  done
  return 1
}

# The version that Cargo.lock pins for a package of one version.
locked_version() {
  awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/version = |"/, ""); print; exit }' "$ROOT/Cargo.lock"
}

# The path of a Chrome or Chromium; fails when there is none.
find_chromium() {
  local name
  for name in "${CHROMIUM_PATH:-}" google-chrome google-chrome-stable chromium chromium-browser \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$name" ] && have "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

PHASES=()
FAILED=0

# phase NAME COMMAND...: runs it, keeps its output in target/logs/NAME.log, and notes how it ended and how long it took.
# A failed phase does not stop the ones after it, so that one run shows everything; `closing` ends the script.
phase() {
  local name="$1" start=$SECONDS mark=ok
  shift
  say "$name"
  mkdir -p "$TARGET/logs"
  if ! "$@" 2>&1 | tee "$TARGET/logs/$name.log"; then
    mark=FAILED
    FAILED=1
  fi
  PHASES+=("$(printf '%-8s %-18s %5d s' "$mark" "$name" $((SECONDS - start)))")
  [ "$mark" = ok ]
}

# Prints the phases with their times and exits with 1 if one failed.
closing() {
  printf '\n'
  printf '%s\n' "${PHASES[@]}"
  exit "$FAILED"
}
