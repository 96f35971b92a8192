"""Plan + Run + Series + Evidence to Verdict: pure, the same folder gives the same verdict."""
