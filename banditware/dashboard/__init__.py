"""The dashboard: what every experiment does and why, seen in a browser, steered by who may.

| file | what it does |
|---|---|
| `mounting` | the routes that answer instead of the app |
| `site` | from a request to a page: who may see what |
| `sessions`, `limiting`, `signing_in` | who somebody is |
| `overview`, `experiment`, `changing` | what there is to see and to do, as plain values: the JSON |
| `*_page`, `layout`, `figures`, `markup` | the same as HTML |
| `assets` | style, script and charts, under names that change with them |

Nothing here is imported unless a configuration has a dashboard.
"""
