export PYTHONPATH=src PATH=/work/w/environments/flask-blueprints-3.12-highest-678e93eb3e55//bin:$PATH DATABASE_URL=${WAYPOST_TEST_POSTGRESQL_URL}
/work/w/environments/flask-blueprints-3.12-highest-678e93eb3e55//bin/python -m pytest -q tests/test_items.py tests/test_api_items.py 2>&1 | tail -5
