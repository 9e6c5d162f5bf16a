"""Experiments for Flask: `Bandits` is the extension, `current_visit()` what a view asks.

```python
from banditware_flask import Bandits

bandits = Bandits()


@app.get("/")
@bandits.choose("color_btn")
def home(color_btn):
    return render_template("shop.html", color=color_btn)


bandits.init_app(app)
```
"""

from banditware_flask.extension import Bandits
from banditware_flask.visits import current_visit

__all__ = ["Bandits", "current_visit"]
