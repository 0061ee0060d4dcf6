#!/bin/sh
# Write verdict.md: what the last committed run found, as a comment on a pull or merge request; and verdict.xml,
# the same as JUnit XML, for services that show tests.
#   sh ci/verdict.sh
# Exit code: 0 if the criteria hold or nothing has been run yet, 1 if one fails, 2 if the configuration is broken.
# Metrics come with git, the report and the models from the DVC remote. With the report its own comment is taken
# (reports/report.md: also what got better and worse, and the cost); a project without one still gets its table.
set -u

# Before the first run there are no results to fetch, only raw data.
pull() {
  if [ -f dvc.lock ]; then dvc pull; else find data/raw -name '*.dvc' -exec dvc pull {} +; fi
}

{
  echo '<!-- tunewright verdict -->' # by this line the job finds its comment again
  if [ -z "$(dvc remote list)" ]; then
    printf '> No DVC remote is configured, so data and models were not fetched. `dvc remote add -d NAME ADDRESS`\n\n'
  elif ! pull >pull.log 2>&1; then
    printf '> `dvc pull` failed: see the log of this job. Is the remote reachable, are its credentials there, was all of it run and pushed?\n\n'
    cat pull.log >&2
  fi
  rm -f pull.log
} >verdict.md
if [ ! -f metrics/acceptance.json ]; then
  printf 'No verdict yet: metrics/acceptance.json is not in git. `dvc repro`, then commit what it wrote.\n' >>verdict.md
  code=0
else
  tunewright accept --format markdown >accept.md
  code=$?
  # A report of another configuration is none of this one.
  if [ -f reports/report.md ] && tunewright accept --format json | grep -q '"stale": false'; then
    cat reports/report.md >>verdict.md
  else
    cat accept.md >>verdict.md
  fi
  rm -f accept.md
  tunewright accept --format junit >verdict.xml
fi
cat verdict.md
exit "$code"
