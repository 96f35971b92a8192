"""What the formats share: words, order, the data of charts, assets. Not formats themselves."""
