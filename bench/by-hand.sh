#!/bin/bash
# The window of a recovery, from the consent to the application's log-in, as somebody who knows the right order would
# write it down: one ssh connection for all commands, no proof beyond what tells him when to go on. bench/recovery.ts
# sets the variables. Each step of the runbook that ends here is one line of MARKS: its name, and the time in seconds.
set -euo pipefail

mark() { echo "$1 $EPOCHREALTIME" >> "$MARKS"; }
cell() { ssh -F "$SSH_CONFIG" -o ControlMaster=auto -o "ControlPath=$WORK/mux" -o ControlPersist=20 -T cell "$(printf '%q ' "$@")"; }
engine() { cell sudo -n /var/vcap/packages/docker/bin/docker --host unix:///var/vcap/sys/run/docker/docker.sock "$@"; }
etcd() { local key=$1; shift; cell curl -s "http://$ETCD/v2/keys/service/$GUID/$key" "$@"; }
s3() { curl -sS --fail -K "$S3_CONFIG" "$@"; }
listing() { s3 "$BUCKET_URL?list-type=2&prefix=${1//\//%2F}%2F" | sed 's/<Contents>/\n/g' | sed -n "s|^<Key>$1/\([^<]*\)</Key>.*<Size>\([0-9]*\)</Size>.*|\1 \2|p"; }
copy() { s3 -o "$WORK/copied" -X PUT -d '' -H "x-amz-copy-source: /$BUCKET/$1" "$BUCKET_URL/$2"; }

mark begin
engine update --restart=no "$CONTAINER" > "$WORK/out"
mark hold
engine stop "$CONTAINER" > "$WORK/out"
mark stop
until [ "$(etcd leader -o /dev/null -w '%{http_code}')" = 404 ]; do sleep 0.5; done
mark keys

for name in $(listing "$NEW" | cut -d' ' -f1); do
  copy "$NEW/$name" "moved-aside/$GUID/$name"
  s3 -X DELETE "$BUCKET_URL/$NEW/$name"
done
mark aside
listing "$OLD" > "$WORK/old"
for name in $(cut -d' ' -f1 "$WORK/old" | grep -v '_backup_stop_sentinel.json$') $(cut -d' ' -f1 "$WORK/old" | grep '_backup_stop_sentinel.json$'); do
  copy "$OLD/$name" "$NEW/$name"
done
[ -s "$WORK/old" ] && listing "$NEW" | cmp - "$WORK/old"
mark copy

etcd initialize -f -X PUT -d "value=$SYSID" > "$WORK/out"
mark initialize
etcd optime/leader -X DELETE > "$WORK/out"
mark optime
cell sudo -n mv -T -n -- "$DATA" "$DATA.aside"
cell sudo -n mkdir -m 0700 -- "$DATA"
cell sudo -n chown "--reference=$DATA.aside" -- "$DATA"
cell sudo -n chmod "--reference=$DATA.aside" -- "$DATA"
mark data
engine start "$CONTAINER" > "$WORK/out"
mark start

ready() {
  local answer
  answer=$(cell curl -s "http://$PATRONI/patroni")
  [[ $answer == *'"state": "running"'* && $answer == *'"role": "master"'* && $answer == *"\"$SYSID\""* ]]
}
proved() { engine logs --since 10m "$CONTAINER" 2>&1 | grep -q 'archive recovery complete'; }
until ready && proved; do sleep 0.5; done
mark proof

passwords='import json, sys
state = json.loads(json.load(sys.stdin)["node"]["value"])
print("set log_statement = none;")
for role in ("superuser", "admin", "app"):
    login = state[role + "_credentials"]
    print("alter role \"%s\" password $$%s$$;" % (login["username"], login["password"]))'
etcd state | python3 -c "$passwords" | engine exec -i "$CONTAINER" psql -X -q -v ON_ERROR_STOP=1 -U postgres -d postgres
mark passwords

cf create-service-key "$SERVICE" by-hand > "$WORK/out"
login='import json, sys
text = sys.stdin.read()
key = json.loads(text[text.index("{"):])
key = key.get("credentials", key)
print("%(host)s %(port)s %(username)s %(password)s" % key)'
read -r PGHOST PGPORT PGUSER PGPASSWORD < <(cf service-key "$SERVICE" by-hand | python3 -c "$login")
export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE=postgres PGCONNECT_TIMEOUT=5
mark key
until psql -X -A -t -c 'select count(*) from visits' 2> "$WORK/err"; do sleep 0.5; done
mark login
