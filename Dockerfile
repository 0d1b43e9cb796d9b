# fewshot-fer in a container: no torch, not root, everything that is kept in /data.
#
#     docker build -t fewshot-fer .
#     docker run -p 8501:8501 -v fewshot-fer:/data -e FEWSHOT_FER_PASSWORD=... fewshot-fer

FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /app
COPY . .
RUN /app/bin/pip install --no-cache-dir --no-compile --constraint constraints.txt '.[web,postgres]' \
    && /app/bin/fewshot-fer slim --yes \
    && /app/bin/python -m compileall -q /app/lib/python3.11/site-packages/fewshot_fer \
    && /app/bin/pip uninstall --yes --quiet pip setuptools

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin teacher \
    && install --directory --owner 10001 --mode 0700 /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    HOME=/data \
    PYTHONUNBUFFERED=1 \
    FEWSHOT_FER_HOST=0.0.0.0 \
    FEWSHOT_FER_SUPPORT_SETS=/data/support_sets \
    FEWSHOT_FER_RECORDS=sqlite:////data/fewshot-fer.db
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 8501)}/health\", timeout=2)"]
# SIGTERM ends running classes and writes what waits; give it the time.
STOPSIGNAL SIGTERM
CMD ["fewshot-fer", "serve"]
