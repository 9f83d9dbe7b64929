SELECT DISTINCT Data.data_id AS data_id
FROM R_OBJT_METAMAP MetadataMap
JOIN R_DATA_MAIN Data ON Data.data_id = MetadataMap.object_id
WHERE CAST(MetadataMap.modify_ts AS DECIMAL(20)) > CAST(? AS DECIMAL(20))
    AND CAST(MetadataMap.modify_ts AS DECIMAL(20)) <= CAST(? AS DECIMAL(20))
