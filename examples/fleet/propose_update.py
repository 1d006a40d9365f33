"""Updates the project in the current checkout with Waypost, and proposes what changed.

On GitHub it opens a pull request with `gh`, on GitLab a merge request with push options; a draft where conflicts are
left for a person to resolve. A version that was proposed before is left alone, so that nothing done there is lost.
Needs git, waypost and, on GitHub, gh with GH_TOKEN. Exit code 0, or what Waypost ended with.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import Any

CONFLICTS = 5
OUTDATED = 6


def main() -> int:
    """Propose an update where there is one."""
    checked, code = waypost("check", "--only-version")
    if code not in (0, OUTDATED):
        return failed(checked, code)
    if not checked["is_outdated"]:
        print(f"Current: {checked['version']}")
        return 0
    branch = f"waypost/{checked['newest']}"
    if run("git", "ls-remote", "--heads", "origin", branch):
        print(f"{branch} was proposed before")
        return 0
    base = run("git", "branch", "--show-current")
    updated, code = waypost("update")
    if code not in (0, CONFLICTS):
        return failed(updated, code)
    title = title_of(checked)
    run("git", "switch", "--quiet", "--create", branch)
    for step in updated["next"]:  # also what brings in files that somebody's rules would leave out
        if step.startswith("git add --"):
            run(*shlex.split(step))
    run("git", *identity(), "commit", "--quiet", "--no-verify", "--message", title)
    propose(branch, base, title, text_of(checked, updated), is_draft=code == CONFLICTS)
    return 0


def title_of(checked: dict[str, Any]) -> str:
    """Return the title of the proposal, which says so where the new version fixes a weakness."""
    security = " (security)" if checked["has_security_fix"] else ""
    return f"Update {checked['template']['name']} from {checked['version']} to {checked['newest']}{security}"


def text_of(checked: dict[str, Any], updated: dict[str, Any]) -> list[str]:
    """Return what a reviewer should know, line by line."""
    lines = [f"{release['version']}: {change}" for release in checked["newer"] for change in release["changes"]]
    lines += [f"New question {key}: {value}" for key, value in updated.get("new_answers", {}).items()]
    lines += [f"Conflict to resolve: {path}" for path in updated["conflicts"]]
    return lines or ["No changelog."]


def propose(branch: str, base: str, title: str, lines: list[str], *, is_draft: bool) -> None:
    """Push the branch and open a pull or merge request for it."""
    if "GITLAB_CI" in os.environ:
        options = ["create", f"target={base}", f"title={title}", f"description={'<br>'.join(lines)}"]
        options += ["remove_source_branch", *(["draft"] if is_draft else [])]
        pushed = [f"--push-option=merge_request.{option}" for option in options]
        run("git", "push", "--quiet", *pushed, "origin", f"HEAD:refs/heads/{branch}")
    else:
        run("git", "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        body = "\n".join(f"- {line}" for line in lines)
        draft = ["--draft"] if is_draft else []
        try:
            run("gh", "pr", "create", "--head", branch, "--base", base, "--title", title, "--body", body, *draft)
        except subprocess.CalledProcessError:
            # The next run would take the branch for a proposal, which nobody would ever see.
            run("git", "push", "--quiet", "origin", "--delete", branch)
            raise
    print(f"Proposed {branch}{' as a draft' if is_draft else ''}")


def waypost(*arguments: str) -> tuple[dict[str, Any], int]:
    """Return what Waypost replied, and its exit code."""
    done = subprocess.run(["waypost", *arguments, "--json"], stdout=subprocess.PIPE, check=False)
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply, done.returncode


def failed(reply: dict[str, Any], code: int) -> int:
    """Print why Waypost could not do it."""
    print(reply["error"]["message"], reply["error"]["hint"], sep="\n", file=sys.stderr)
    return code


def identity() -> list[str]:
    """Return options that name who commits, where git does not know."""
    known = subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], capture_output=True, check=False).returncode == 0
    return [] if known else ["-c", "user.name=Waypost", "-c", "user.email=waypost@localhost.invalid"]


def run(*command: str) -> str:
    """Return what a command printed; it must succeed."""
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
