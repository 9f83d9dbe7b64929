SELECT
    Collection.coll_name AS coll_name,
    Data.data_name AS data_name,
    Data.data_id AS data_id,
    Data.data_repl_num AS data_repl_num,
    Data.data_checksum AS data_checksum,
    Data.modify_ts AS data_modify_ts,
    Data.data_is_dirty AS data_repl_status
FROM R_DATA_MAIN Data
JOIN R_COLL_MAIN Collection ON Collection.coll_id = Data.coll_id
WHERE CAST(Data.modify_ts AS DECIMAL(20)) > CAST(? AS DECIMAL(20))
    AND CAST(Data.modify_ts AS DECIMAL(20)) <= CAST(? AS DECIMAL(20))
