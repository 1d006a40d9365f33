PLUGIN = {{ 'BASE_DIR' if uses_django else 'Path(__file__).parents[1]' }} / "deploy" / "munin" / "plugin.py"


def ask(name: str, command: str, address: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Start the plugin as Munin does, by the name of a link to it."""
    link = folder / name
    link.symlink_to(PLUGIN)
    done = subprocess.run(
        [link, *filter(None, [command])],
        env={"PATH": os.environ["PATH"], "ADDRESS": address},
        capture_output=True,
        text=True,
        check=False,
    )
    link.unlink()
    return done


def fields(text: str, attribute: str) -> list[str]:
    return [line.partition(".")[0] for line in text.splitlines() if f".{attribute} " in line]


@pytest.mark.parametrize("graph", ["requests", "duration", "memory"])
def test_every_field_of_a_graph_has_a_value(address: str, tmp_path: Path, graph: str) -> None:
    name = f"{{ project_slug }}_{graph}"
    described = ask(name, "config", address, tmp_path)
    values = ask(name, "", address, tmp_path)
    assert described.returncode == values.returncode == 0
    assert fields(described.stdout, "label") == fields(values.stdout, "value")
    assert all(line.rpartition(" ")[2].isdecimal() for line in values.stdout.splitlines())


def test_it_says_what_can_be_drawn_and_whether(address: str, tmp_path: Path) -> None:
    assert ask("plugin", "suggest", address, tmp_path).stdout.split() == [
        "requests",
        "duration",
        "memory",
    ]
    assert ask("plugin", "autoconf", address, tmp_path).stdout == "yes\n"


def test_it_says_why_not(tmp_path: Path) -> None:
    assert ask("plugin", "autoconf", "127.0.0.1:1", tmp_path).stdout.startswith("no (")
    failed = ask("{{ project_slug }}_memory", "", "127.0.0.1:1", tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("http://127.0.0.1:1/metrics cannot be read: ")
    unnamed = ask("plugin", "", "127.0.0.1:1", tmp_path)
    assert unnamed.returncode == 1
    assert "link this plugin as one of: {{ project_slug }}_requests" in unnamed.stderr
