# Sourced by the commands of bin/: goes to the project's root and makes its virtual environment.
# Usage: prepare_venv requirements.lock
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PYTHONDONTWRITEBYTECODE="${PYTHONDONTWRITEBYTECODE:-1}"

find_python() {
  for candidate in "${PREAU_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Il faut Python 3.11 ou plus récent." >&2
  exit 1
}

prepare_venv() {
  local lock="$1" python mark
  mark=".venv/.installed-$(basename "$lock")"
  if [ ! -x .venv/bin/python ]; then
    python="$(find_python)"
    echo "Préparation de l’environnement Python…" >&2
    "$python" -m venv .venv
  fi
  if ! cmp -s "$lock" "$mark"; then
    echo "Installation des dépendances…" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    cp "$lock" "$mark"
  fi
  if [ ! -e .venv/.installed-preau ] || [ pyproject.toml -nt .venv/.installed-preau ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    touch .venv/.installed-preau
  fi
}
