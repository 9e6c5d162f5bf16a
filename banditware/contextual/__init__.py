"""Contextual experiments: attributes become features, features become models, models become shares.

```
attributes  what a context may hold, and what a value of it means
features    the encoded vector, and its text in tokens, logs and counts
encoding    from attributes to features
moments     the additive sums that a model is fitted from
design      the columns of a model: which features it uses, and in which coordinates
models      ridge regression: fits, scores
policies/   from scores to a probability for every action
```

Pure mathematics: nothing here knows of clocks, files, requests or stores. numpy is used if it is
there and pays; every result is the same without it.
"""
