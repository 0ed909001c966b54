#!/usr/bin/env bash
# Runs the suite in shards, in parallel processes, merges them, and compares with one whole run.
#
#   shards.sh N [OPTIONS OF conclave check]
#   shards.sh 3 --profile zoom-3.0
#   shards.sh 4 --adapter-cmd "path/to/your-adapter"
#
# Without an adapter the built-in client is checked. Environment: CONCLAVE, the program (conclave);
# JOBS, the copies of the adapter for each process (1); KEEP, a folder for the result files.
#
# A result has no times in it, and a merged one has the cases in the order of a whole one: the two
# must be equal as they are. Whether the client conforms is not asked.
# Exit codes: 0 equal, 1 different, 3 could not be tried, 4 wrong command line.
set -u
conclave=${CONCLAVE:-conclave}
jobs=${JOBS:-1}

stop() {
    echo "shards.sh: $2" >&2
    exit "$1"
}

of=${1:-}
[[ $of =~ ^[1-9][0-9]{0,2}$ ]] || stop 4 "usage: shards.sh N [OPTIONS OF conclave check]"
shift
for word in "$@"; do
    case $word in
        --shard | --shard=* | --result | --result=* | --jobs | --jobs=*)
            stop 4 "$word is set here; for --jobs, set JOBS" ;;
    esac
done
for program in "$conclave" python3; do
    command -v "$program" >/dev/null || stop 3 "there is no program $program"
done

if [ -n "${KEEP:-}" ]; then
    out=$KEEP
    mkdir -p "$out" || stop 3 "cannot make $out"
    rm -f "$out"/shard-*.json "$out"/merged.json "$out"/whole.json
else
    out=$(mktemp -d) || stop 3 "cannot make a folder"
    trap 'rm -rf "$out"' EXIT
fi

pids=()
for ((part = 1; part <= of; part++)); do
    "$conclave" check --jobs "$jobs" --shard "$part/$of" --result "$out/shard-$part.json" "$@" \
        >"$out/shard-$part.txt" 2>&1 &
    pids+=($!)
done
highest=0
for ((part = 1; part <= of; part++)); do
    wait "${pids[part - 1]}"
    code=$?
    echo "shard $part/$of: exit code $code"
    [ "$code" -gt "$highest" ] && highest=$code
    [ -s "$out/shard-$part.json" ] || {
        cat "$out/shard-$part.txt" >&2
        stop 3 "shard $part/$of wrote no result"
    }
done

"$conclave" check --jobs "$jobs" --result "$out/whole.json" "$@" >"$out/whole.txt" 2>&1
code=$?
echo "whole run: exit code $code"
[ -s "$out/whole.json" ] || {
    cat "$out/whole.txt" >&2
    stop 3 "the whole run wrote no result"
}
[ "$code" -eq "$highest" ] ||
    echo "note: the highest exit code of the shards is $highest, that of the whole run $code"

files=()
for ((part = 1; part <= of; part++)); do files+=("$out/shard-$part.json"); done
"$conclave" report merge "${files[@]}" -o "$out/merged.json" || stop 3 "the shards do not merge"

python3 - "$out/merged.json" "$out/whole.json" <<'END'
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        runs = json.load(file)["runs"]
    for run in runs:
        if run["scope"].get("shard") == {"part": 1, "of": 1}:
            del run["scope"]["shard"]  # one shard of one is the whole, but still says that it is a shard
    return runs


merged, whole = (read(path) for path in sys.argv[1:])
if len(merged) != len(whole):
    sys.exit(f"different: {len(merged)} runs merged, {len(whole)} whole")
same = True
for one, other in zip(merged, whole):
    for key in sorted(one.keys() | other.keys()):
        if one.get(key) == other.get(key):
            continue
        same = False
        print(f"different: {key}")
        if key == "cases":
            left, right = ({json.dumps(it, sort_keys=True) for it in run[key]} for run in (one, other))
            for side, rest in (("merged", left - right), ("whole ", right - left)):
                for text in sorted(rest)[:5]:
                    case = json.loads(text)
                    print(f"  only in {side}: {case['case']} {case['mode']} {case['verdict']}")
            if left == right:
                print("  the same cases in another order")
        else:
            print(f"  merged: {str(one.get(key))[:300]}\n  whole:  {str(other.get(key))[:300]}")
    if same:
        print(f"equal: {len(one['cases'])} judgments, {one['counts']}")
sys.exit(not same)
END
