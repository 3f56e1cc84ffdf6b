"""Many assets: exactly one explained record for each input, whatever it is and whatever happens.

    inputs  ->  store  ->  workers  ->  store  ->  export, page
    what        what is    analyse,     what       CSV, Parquet,
    there is    missing    isolated     is known   HTML

`run.run_batch` is the whole walk; `workers.Worker.analyze_isolated(item) -> Record` is the one unit of work.
"""
