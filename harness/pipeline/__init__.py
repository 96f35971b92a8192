"""The steps in order: plan, run, evidence, verdict, report. The only room that knows them all."""
