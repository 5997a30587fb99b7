"""The broker: decides each call of a run, in nine steps, before anything leaves and before anything comes back.

1 `connection`, or `region` for AWS; 2, 3 and 4 `operations` with its `routes`; 5 `contract` with `schema`, `parameters`, `query`,
`headers` and `bodies`; 6 `target`, which `network` asks when `pool` connects; 7 `budget`; 8 `signing`; 9 `delivery` and `record`.
`broker` puts them in order, `denials` are what they say no with, `wire` and `envelope` are its two ends; `live` sends HTTP, and
`aws_live` calls AWS with `aws_account` and `aws_wire`.
"""
