"""Locust's CSV is read as it is, and a cut one is said to be cut."""

from __future__ import annotations

from pathlib import Path

from harness.evidence import locust_csv

HEADER = (
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,"
    "Max Response Time,Average Content Size,Requests/s,Failures/s,"
    "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"
)
ROW = "POST,/search,200,2,12,14.2,5.0,90.1,312.0,3.3,0.03,12,13,15,16,22,31,50,61,90,90,90"
ALL_ROW = ",Aggregated,200,2,12,14.2,5.0,90.1,312.0,3.3,0.03,12,13,15,16,22,31,50,61,90,90,90"


def test_rows_become_seconds_and_ratios(tmp_path: Path) -> None:
    path = tmp_path / "locust_stats.csv"
    path.write_text("\n".join([HEADER, ROW, ALL_ROW]))
    stats = locust_csv.read(path).facts["stats"]
    assert stats["POST /search"] == {
        "requests": 200,
        "failures": 2,
        "error_ratio": 0.01,
        "rate_per_s": 3.3,
        "p50_s": 0.012,
        "p95_s": 0.031,
        "p99_s": 0.061,
    }
    assert stats["*"]["requests"] == 200


def test_missing_file_is_unavailable(tmp_path: Path) -> None:
    evidence = locust_csv.read(tmp_path / "locust_stats.csv")
    assert evidence.unavailable == "locust_stats.csv: No such file or directory"
    assert evidence.mend


def test_cut_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "locust_stats.csv"
    for text in (HEADER, "\n".join([HEADER, ROW]), "\n".join([HEADER, ROW[:25]])):
        path.write_text(text)
        assert "is cut" in (locust_csv.read(path).unavailable or "")
