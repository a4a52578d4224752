"""Saves a model that finds a few brands, as an MLflow scoring server runs it.

usage: python mlflow_tagger.py FOLDER
"""

import re
import sys

import mlflow.pyfunc

BRANDS = re.compile("Heinz|Oatly|Müller")


class Tagger(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [
            [
                {"label": "BRAND", "start": match.start(), "end": match.end(), "score": 0.75}
                for match in BRANDS.finditer(text)
            ]
            for text in model_input["text"]
        ]


if __name__ == "__main__":
    mlflow.pyfunc.save_model(sys.argv[1], python_model=Tagger(), pip_requirements=[])
