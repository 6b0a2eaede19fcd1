#!/bin/sh
# Tries and measures Aligrad on a GPU, in one command and less than ten minutes, without network:
#
#   ./run.sh                  beside it the archive of a JDK 25 (*.tar.gz), or JAVA_HOME names one
#
#   DEVICE=opencl:1 ./run.sh  another device
#   ONLY=gemm-4096 ./run.sh   these cases of the comparison
#   LIMIT=60 ./run.sh         seconds for each part, instead of those below
#
# What each part says is in results/, with the card's name; where one fails, the others go on. For
# the peer python3 must find a PyTorch with CUDA; without it Aligrad is measured alone.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$here" || exit 1
device=${DEVICE:-opencl:0}
only=${ONLY:-gemm-4096,conv-64,conv-128,conv-256,wrn-16-4,dnc,alig-update-16m}
results=$here/results
mkdir -p "$results"

jdk=${JAVA_HOME:-}
if [ -z "$jdk" ]; then
  if [ ! -d jdk ]; then
    for archive in ./*.tar.gz; do
      [ -r "$archive" ] || continue
      mkdir jdk && tar -xzf "$archive" -C jdk --strip-components=1 || exit 1
      break
    done
  fi
  jdk=$here/jdk
fi
java=$jdk/bin/java
if ! "$java" -version 2>&1 | grep -q 'version "2[5-9]'; then
  echo "run.sh needs a JDK 25 or newer: put its .tar.gz beside it, or set JAVA_HOME." >&2
  exit 69
fi

flags="--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC"
flags="$flags -Daligrad.opencl.cache=$here/cache -Daligrad.home=$here -Daligrad.opencl.required=true"
failed=
summary=$results/summary.txt
{ date; uname -srm; "$java" -version 2>&1 | head -n 1; } >"$summary"

# part NAME SECONDS COMMAND...: what it says goes to results/NAME.txt.
part() {
  name=$1
  limit=${LIMIT:-$2}
  shift 2
  echo "$name ($limit s at most) ..."
  start=$(date +%s)
  code=0
  timeout -k 10 "$limit" "$@" >"$results/$name.txt" 2>&1 || code=$?
  took=$(($(date +%s) - start))
  case $code in
    0) said=done ;;
    124 | 137) said="stopped after its time" ;;
    *) said="failed with $code" ;;
  esac
  [ "$code" = 0 ] || failed="$failed $name"
  echo "$name: $said, $took s" | tee -a "$summary"
}

# shellcheck disable=SC2086 # flags are to be split into words
aligrad() { part "$1" "$2" "$java" $flags -cp "$here/lib/*" aligrad.experiments.Main $3; }
# shellcheck disable=SC2086
bench() { part "$1" "$2" "$java" $flags -cp "$here/benchmarks.jar" aligrad.benchmarks.Bench $3; }
# shellcheck disable=SC2086
tests() {
  part "$1" "$2" "$java" $flags -Daligrad.devices.iterations=300 \
    -cp "$here/tests/junit-platform-console-standalone.jar:$here/tests/opencl:$here/tests/experiments:$here/lib/*" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=summary \
    --select-class "$3"
}

mv "$here"/tests/junit-platform-console-standalone-*.jar \
  "$here/tests/junit-platform-console-standalone.jar" 2>/dev/null
aligrad devices 20 "devices"
cat "$results/devices.txt" >>"$summary"
aligrad tune 30 "tune --quick --device $device"
bench fp32 130 "versus --quick --device $device --only $only --logs $results/logs --json $results/fp32.json"
bench tf32 110 "versus --quick --device $device --precision tf32 --only $only --logs $results/logs --json $results/tf32.json"
bench launches 40 "launches --device $device"
tests conformance 150 aligrad.backends.opencl.OpenClConformanceTest
tests losses 90 aligrad.experiments.DevicesTest

echo
cat "$summary"
if [ -n "$failed" ]; then
  echo "Not done:$failed. See results/." >&2
  exit 1
fi
