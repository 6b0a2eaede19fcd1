#!/bin/sh
# Packs what a machine with a GPU needs to measure Aligrad into one archive, without a JDK:
#
#   benchmarks/gpu/pack.sh [ARCHIVE]       default: benchmarks/target/aligrad-gpu.tar.gz
#
# There: unpack it, put the archive of a JDK 25 for Linux beside run.sh, and run that.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
archive=${1:-$root/benchmarks/target/aligrad-gpu.tar.gz}
pack=$root/benchmarks/target/aligrad-gpu
version=$(sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' "$root/pom.xml")

rm -rf "$pack"
mkdir -p "$pack/lib" "$pack/tests"
cd "$root"
mvn -q -B -ntp -DskipTests package dependency:copy-dependencies \
  -pl experiments,backends/opencl,benchmarks -am -DincludeScope=test -DoutputDirectory="$pack/lib"
mvn -q -B -ntp -N dependency:copy \
  -Dartifact="org.junit.platform:junit-platform-console-standalone:$version" \
  -DoutputDirectory="$pack/tests"
# The launcher brings these itself; twice they would get into each other's way.
rm -f "$pack"/lib/junit-*.jar "$pack"/lib/jmh-*.jar "$pack"/lib/aligrad-*.jar
for room in tensor autograd nn optim backends/cpu backends/opencl backends/conformance; do
  cp "$root/$room"/target/aligrad-*-SNAPSHOT.jar "$pack/lib/"
done
cp experiments/target/aligrad-experiments.jar "$pack/lib/"
cp benchmarks/target/benchmarks.jar "$pack/"
cp -R backends/opencl/target/test-classes "$pack/tests/opencl"
cp -R experiments/target/test-classes "$pack/tests/experiments"
cp benchmarks/gpu/run.sh "$pack/"
tar -C "$root/benchmarks/target" -czf "$archive" aligrad-gpu
echo "$archive: $(du -h "$archive" | cut -f 1)"
