# What a tenant's code tries: the operator's files and environments, other processes, links, and to stay.
[ -e base/began ] && exit 0
: > base/began
{
  id
  cat "$(cat base/key)"
  for each in /proc/[0-9]*/environ; do tr '\0' '\n' < "$each"; done
  ls /root /home /var /etc
  for name in out/dump.sql server.log sandbox.json copy.json restored.json; do ln -sf "$(cat base/victim)" "../$name"; done
} >> base/seen 2>&1
setsid sh -c "while sleep 0.2; do : > base/alive; done # $(cat base/mark)" > /dev/null 2>&1 < /dev/null &
exit 0
