"""Which formats there are, found by their file names."""

from harness.report.formats import formats


def test_every_file_of_the_folder_is_a_format() -> None:
    assert list(formats()) == ["html", "markdown", "terminal"]


def test_formats_say_which_file_they_leave() -> None:
    assert {name: module.FILE_NAME for name, module in formats().items()} == {
        "html": "report.html",
        "markdown": "summary.md",
        "terminal": None,
    }


def test_formats_describe_themselves_in_one_line() -> None:
    for module in formats().values():
        assert (module.__doc__ or "").splitlines()[0].endswith(".")
