SELECT DISTINCT
    Data.data_name AS data_name,
    Data.data_id AS data_id
FROM R_DATA_MAIN Data
JOIN R_COLL_MAIN Collection ON Collection.coll_id = Data.coll_id
WHERE Collection.coll_name = ?
