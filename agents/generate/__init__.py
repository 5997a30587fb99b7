"""The code generator: a Query and its operations become an ordinary Python module with its tests.

`author.write` is the way in. `clauses` is what every tool does with its rows; how they are fetched and how that is tested is one part
for each protocol: `http` and `http_tests`, `aws` and `aws_tests`, with the templates of the same name. It knows no service.
"""
