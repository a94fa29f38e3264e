# shellcheck shell=bash
# What more than one script in this folder needs; they source it.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { warn "$@"; exit 1; }

# lock FILE wait|nowait: holds FILE for as long as this shell lives. The kernel drops the lock with the last open
# descriptor, so that not even kill -9 leaves a stale one; a child that may outlive the script is started with 9>&-.
lock() {
  exec 9>>"$1"
  if command -v flock >/dev/null; then
    if [ "$2" = wait ]; then flock 9; else flock -n 9; fi
  else # macOS: the same system call, by way of perl
    local operation=2
    [ "$2" = wait ] || operation=6
    perl -e 'open(my $file, ">&=", 9) && flock($file, $ARGV[0]) or exit 1' "$operation"
  fi
}

# port_is_taken PORT: whether something listens there on loopback.
port_is_taken() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# command_line PID: what that process was started with; nothing if there is none. (Slim containers have no ps.)
command_line() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -ww -o command= -p "$1" || true; fi
} 2>/dev/null

# What the server on this machine is told. eng/start serves with it, and eng/authserver runs commands with it.

# built_server ROOT: the program that eng/start builds.
built_server() { printf '%s\n' "$1/AuthServer/bin/Release/net10.0/AuthServer.dll"; }

# choose_database DATA: `database` is the folder of the private cluster, or nothing if another database was named.
choose_database() {
  database=
  if [ -z "${DATABASE_URL:-}${ConnectionStrings__Default:-}" ]; then database=$1/postgres; fi
}

# export_database: after choose_database; the cluster runs.
export_database() {
  if [ -n "$database" ]; then
    # shellcheck disable=SC2154 # the script has set it
    DATABASE_URL=$("$eng/postgres" url "$database")
  else
    DATABASE_URL=${DATABASE_URL:-$ConnectionStrings__Default}
  fi
  export DATABASE_URL
}

# export_settings DATA URL: SECRET_KEY is the one kept in DATA, where it is not given.
export_settings() {
  if [ -z "${SECRET_KEY:-}" ] && [ "$ASPNETCORE_ENVIRONMENT" = Development ] && [ -s "$1/secret_key" ]; then
    SECRET_KEY=$(cat "$1/secret_key")
    export SECRET_KEY
  fi
  export DATA_DIR=$1 ASPNETCORE_URLS=http://127.0.0.1:${2##*:}
  export Server__PublicUrl=${Server__PublicUrl:-$2}
  umask 077 # what the server keeps in DATA_DIR (mails with links, for one) is nobody else's
}

# as_root COMMAND...: fails at once where that would need a password.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_apt_install() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }

# apt_install PACKAGE...: quiet unless it fails.
apt_install() {
  local log
  log=$(mktemp)
  say "Installing $* with apt-get (takes a minute) ..."
  # A broken third-party source must not be in the way; if a package really is not to be had, install says so.
  as_root apt-get update -qq </dev/null >"$log" 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 ${apt_option:+"$apt_option"} "$@" </dev/null >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  }
  rm -f "$log"
}

# apt_install_idle PACKAGE...: nothing that is running gives way to it, and no service of its own starts, now or with the machine.
apt_install_idle() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  apt_option=--no-remove
  apt_install "$@"
)

# need_npm: the build takes the page at /docs from npm.
need_npm() {
  ! command -v npm >/dev/null || return 0
  can_apt_install || die "Node.js 20 or newer with npm is needed: install it, then try again."
  run apt_install nodejs npm || die "apt-get could not install Node.js: install it, then try again."
}

# A script that has to clean up runs what takes long by `run`, and calls `end_child` when it exits.
child= # the process that is being waited for

# run COMMAND...: in the background, so that a signal is acted upon at once and not when the command is through.
run() {
  "$@" 9>&- &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return "$status"
}

end_child() {
  [ -n "$child" ] || return 0
  end_tree "$child"
  wait "$child" || true
}

# end_tree PID: the process and what it started; `dotnet test`, for one, leaves its children running.
end_tree() {
  local kid
  for kid in $(pgrep -P "$1"); do end_tree "$kid"; done
  kill -TERM "$1" || true # it may just have ended
} 2>/dev/null

# exit_on_signals: so that the EXIT trap cleans up after these as well.
exit_on_signals() {
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}
